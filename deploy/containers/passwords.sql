-- The password of each login comes from its secret. The image of PostgreSQL runs this once, after logins.sql.
\set password `cat /run/secrets/petition_owner`
ALTER ROLE petition_owner PASSWORD :'password';
\set password `cat /run/secrets/petition_staff`
ALTER ROLE petition_staff PASSWORD :'password';
\set password `cat /run/secrets/petition_public`
ALTER ROLE petition_public PASSWORD :'password';

-- The database and its logins, for a server that has neither. Run once: psql -v ON_ERROR_STOP=1 -f logins.sql
-- "manage.py upgrade", run as petition_owner, gives each its rights. None has a password.
CREATE ROLE petition_owner LOGIN;
CREATE ROLE petition_staff LOGIN;
CREATE ROLE petition_public LOGIN CONNECTION LIMIT 48;
-- Nobody logs in as this one: it owns the functions that the public login may call.
CREATE ROLE petition_functions NOLOGIN;
GRANT petition_functions TO petition_owner;
CREATE DATABASE petition OWNER petition_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';

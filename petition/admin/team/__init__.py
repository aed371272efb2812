"""Staff accounts, invitations, sign-in and second factors."""

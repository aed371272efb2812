"""Middleware of all requests: refused requests, overload, security headers, the language in the address."""

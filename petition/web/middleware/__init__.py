"""What every request passes: refused requests, security headers, the language in the address."""

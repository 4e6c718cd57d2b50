"""Sign-in by the national node (login.gov.pl): SAML 2.0 with HTTP-Artifact. Knows persons, not accounts."""

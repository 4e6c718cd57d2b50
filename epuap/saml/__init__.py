"""Sign-in by SAML 2.0: login.gov.pl, or another provider of profile epuap. Knows persons, not accounts."""

"""The adapter to ePUAP, the trusted profile and the national node: only here SOAP, SAML, XSD and XAdES are known."""

"""The adapter to ePUAP, the trusted profile and the national node: the only place that knows SOAP, SAML, XSD and XAdES."""

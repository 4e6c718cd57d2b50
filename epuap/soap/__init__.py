"""SOAP 1.1 with WS-Security towards the trusted-profile signing service and ePUAP's mailboxes."""

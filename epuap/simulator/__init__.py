"""A twin of login.gov.pl, Profil Zaufany and ePUAP that speaks their wire formats.

It shares no protocol code with the product: a peer built from the product's own code would agree with
its mistakes.
"""

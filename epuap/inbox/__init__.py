"""The office's mailbox on ePUAP: what came in, and the office's own letters going out."""

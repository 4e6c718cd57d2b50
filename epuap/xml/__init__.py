"""Documents and signatures: XMLDSig, XAdES, applications, receipts and letters. Plain Python, no Django."""

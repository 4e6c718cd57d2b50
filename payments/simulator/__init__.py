"""The demo bank: the other end of the PayU REST 2.1 protocol, with its own code and its own data.

It lives in the simulator process and shares nothing with `payments.providers`: a twin built from the
product's code would agree with the product's mistakes.
"""

"""The delivered rate tables as the rules take them."""

from taxes.data import delivered_law

LAW = delivered_law()

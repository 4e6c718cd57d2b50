"""What the summary page posts."""

from django import forms

from payments import selectors


class ItemsField(forms.Field):
    """The chosen objects: the repeated `item` values of the form."""

    widget = forms.MultipleHiddenInput


class CheckoutForm(forms.Form):
    """The payer's word on the summary: these objects, this amount, this way to pay, once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    shown_total = forms.DecimalField(max_digits=12, decimal_places=2, min_value=0, widget=forms.HiddenInput)
    item = ItemsField()
    provider = forms.ChoiceField(choices=selectors.provider_choices)

"""What the shop and the demo bank have agreed on, for tests."""

POS_ID = "300746"
CLIENT_SECRET = "test client secret"
SECOND_KEY = "test second key"

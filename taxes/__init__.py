"""What is owed and paid: accounts, receivables, instalments, late interest and the crediting of payments."""

"""Claims about the product, made as a person with a phone would make them."""

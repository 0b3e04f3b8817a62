"""What we remember; decides nothing."""

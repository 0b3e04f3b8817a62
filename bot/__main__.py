"""`python -m bot` is `sangkien`."""

from bot.cli import main

main()

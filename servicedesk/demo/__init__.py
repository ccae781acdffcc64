"""Fill an invented office, so that the product can be tried; nobody in it is real."""

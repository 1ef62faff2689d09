"""The executive explorer: estimates, runs and the page that shows them."""

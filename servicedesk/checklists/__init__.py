"""Know the concerns, their papers and the legal bases behind them, as data with sources."""

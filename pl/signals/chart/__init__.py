"""Recognise chart patterns from pivots that later bars have confirmed."""

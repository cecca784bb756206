"""Recognise market events, such as breakouts, in fixed windows of closed bars."""

"""Time everything over years of daily bars, beside bare TA-Lib doing its share."""

"""Join a setup fixed on completed daily bars with a trigger on a closed intraday bar."""

"""What the product's delivery is measured beside, in the same run on the same machine."""

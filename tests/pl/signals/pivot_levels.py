"""Say what each pivot level is of a session's pivot, high, low and close."""

PIVOTS = {
    "pivot": lambda p, h, low, c: p,
    "pivot_r1": lambda p, h, low, c: 2.0 * p - low,
    "pivot_s1": lambda p, h, low, c: 2.0 * p - h,
    "pivot_r2": lambda p, h, low, c: p + h - low,
    "pivot_s2": lambda p, h, low, c: p - h + low,
    "pivot_r3": lambda p, h, low, c: h + 2.0 * (p - low),
    "pivot_s3": lambda p, h, low, c: low - 2.0 * (h - p),
    "fibonacci_r1": lambda p, h, low, c: p + 0.382 * (h - low),
    "fibonacci_s1": lambda p, h, low, c: p - 0.382 * (h - low),
    "fibonacci_r2": lambda p, h, low, c: p + 0.618 * (h - low),
    "fibonacci_s2": lambda p, h, low, c: p - 0.618 * (h - low),
    "fibonacci_r3": lambda p, h, low, c: p + h - low,
    "fibonacci_s3": lambda p, h, low, c: p - h + low,
    "camarilla_r3": lambda p, h, low, c: c + 1.1 * (h - low) / 4.0,
    "camarilla_s3": lambda p, h, low, c: c - 1.1 * (h - low) / 4.0,
    "camarilla_r4": lambda p, h, low, c: c + 1.1 * (h - low) / 2.0,
    "camarilla_s4": lambda p, h, low, c: c - 1.1 * (h - low) / 2.0,
}

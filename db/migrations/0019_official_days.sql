-- A day as the exchange's vendor gives it has a quality of its own, so that no minute is folded over
-- it. quality: 0 live, 1 backfilled, 2 partial, 3 official.
--
-- Until now such a day was called backfilled, as a folded one with a fetched minute is, and nothing
-- that is stored tells the two apart. Both were kept as they were, which goes on: no fetched day is
-- lost. Days that nothing is folded over any more need no mark; those and all later ones get it when
-- they are loaded again.

UPDATE ohlcv_daily SET quality = 3
WHERE quality = 1
    AND "timestamp" > (SELECT max("timestamp") FROM ohlcv_daily) - interval '28 days';

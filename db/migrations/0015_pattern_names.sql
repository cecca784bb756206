-- Names of patterns are words that all begin with a capital, as the contract has them. What is
-- stored under the names of before is renamed, the events as they are published included; flow ids
-- stay, and so do the sentences that were said.

DO $$
DECLARE
    old_name text;
    new_name text;
BEGIN
    FOR old_name, new_name IN VALUES ('Head_and_Shoulders', 'Head_And_Shoulders'),
                           ('Cup_and_Handle', 'Cup_And_Handle') LOOP
        UPDATE pattern_events
        SET pattern = replace(pattern, old_name, new_name),
            event = replace(event, old_name, new_name),
            messages = replace(messages, old_name, new_name)
        WHERE pattern LIKE '%' || old_name;
        UPDATE integration_events
        SET pattern_name = replace(pattern_name, old_name, new_name)
        WHERE pattern_name LIKE '%' || old_name;
    END LOOP;
END
$$;

/** Changes a tenant's records. Functions of the database; names are quoted. */

/** Each gives null when it has changed the record, otherwise the version that stands. */
export function state(schema: string): string {
  return `
  CREATE OR REPLACE FUNCTION ${schema}.put_state(
    p_tenant text, p_key text, p_expected bigint, p_value text, p_writer uuid
  ) RETURNS bigint LANGUAGE plpgsql AS $function$
  DECLARE
    v_known record;
  BEGIN
    FOR attempt IN 1 .. 3 LOOP
      IF p_expected = 0 THEN
        INSERT INTO ${schema}.state (tenant, key, value, version, written_by)
          VALUES (p_tenant, p_key, p_value, 1, p_writer) ON CONFLICT DO NOTHING;
      ELSE
        UPDATE ${schema}.state SET value = p_value, version = version + 1, written_by = p_writer
          WHERE tenant = p_tenant AND key = p_key AND version = p_expected;
      END IF;
      IF FOUND THEN
        RETURN NULL;
      END IF;
      SELECT version, written_by INTO v_known FROM ${schema}.state WHERE tenant = p_tenant AND key = p_key;
      IF FOUND AND v_known.written_by = p_writer THEN
        RETURN NULL;
      END IF;
      -- Absent though it was in the way: it was deleted in between.
      IF FOUND OR p_expected > 0 THEN
        RETURN coalesce(v_known.version, 0);
      END IF;
    END LOOP;
    RETURN 0;
  END $function$;

  CREATE OR REPLACE FUNCTION ${schema}.delete_state(
    p_tenant text, p_key text, p_expected bigint, p_value text, p_writer uuid
  ) RETURNS bigint LANGUAGE plpgsql AS $function$
  DECLARE
    v_version bigint;
  BEGIN
    DELETE FROM ${schema}.state WHERE tenant = p_tenant AND key = p_key AND version = p_expected;
    IF FOUND THEN
      RETURN NULL;
    END IF;
    SELECT version INTO v_version FROM ${schema}.state WHERE tenant = p_tenant AND key = p_key;
    RETURN CASE WHEN p_expected = 0 AND v_version IS NULL THEN NULL ELSE coalesce(v_version, 0) END;
  END $function$;
  `;
}

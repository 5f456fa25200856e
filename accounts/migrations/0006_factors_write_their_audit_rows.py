"""django-allauth tells of a factor after its transaction, where a process that dies tells nobody: the database writes
the row of the audit trail in the transaction itself."""

from django.db import migrations

WRITE = """
CREATE FUNCTION accounts_factor_is_audited() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed mfa_authenticator := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    owner record;
BEGIN
    SELECT public_id, is_operator INTO owner FROM accounts_user WHERE id = changed.user_id;
    INSERT INTO common_auditentry (actor, action, object_type, object_id, data, chained)
    VALUES (
        coalesce(nullif(current_setting('hereabouts.actor', true), ''), 'user:' || owner.public_id),
        CASE TG_OP WHEN 'DELETE' THEN 'factor.removed' ELSE 'factor.added' END,
        'user',
        owner.public_id,
        jsonb_build_object('kind', changed.type),
        owner.is_operator
    );
    RETURN NULL;
END $$;
CREATE TRIGGER factor_is_audited AFTER INSERT OR DELETE ON mfa_authenticator
    FOR EACH ROW EXECUTE FUNCTION accounts_factor_is_audited();
"""
UNDO = """
DROP TRIGGER factor_is_audited ON mfa_authenticator;
DROP FUNCTION accounts_factor_is_audited();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_revoked_tokens_stay_revoked"),
        ("common", "0003_chain_over_operators_acts"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunSQL(WRITE, UNDO)]

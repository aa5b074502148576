package store

// newsInvariants are the rules of news by mail: nobody gets an issue twice, and one that
// is through has nothing left to send.
var newsInvariants = []invariant{
	{"a_news_number_is_given_once", twice("news_issues", "number")},
	{"a_subscriber_has_one_mail_of_an_issue", `SELECT CAST(MIN(id) AS TEXT) AS example FROM mails WHERE kind = 'news'
		GROUP BY news_issue_id, recipient HAVING COUNT(*) > 1`},
	{"a_mail_of_news_has_its_subscriber", `SELECT CAST(id AS TEXT) AS example FROM mails
		WHERE (kind = 'news') <> (subscription_id IS NOT NULL) OR (kind IN ('news', 'news_test')) <> (news_issue_id IS NOT NULL)`},
	{"an_issue_that_was_sent_has_nothing_left", `SELECT i.number AS example FROM news_issues i JOIN mails m ON m.news_issue_id = i.id
		WHERE i.status = 'sent' AND m.kind = 'news' AND m.status IN ('queued', 'sending')`},
	{"an_issue_counts_its_recipients", `SELECT i.number AS example FROM news_issues i
		LEFT JOIN (SELECT news_issue_id, COUNT(*) AS n FROM mails WHERE kind = 'news' GROUP BY news_issue_id) m ON m.news_issue_id = i.id
		WHERE COALESCE(m.n, 0) <> i.recipients`},
	{"an_issue_goes_out_prepared", `SELECT i.number AS example FROM news_issues i JOIN mails m ON m.news_issue_id = i.id AND m.kind = 'news'
		WHERE i.prepared_at IS NULL AND m.status NOT IN ('queued', 'failed')`},
	{"a_news_decision_is_in_the_audit_log", `SELECT CAST(d.news_issue_id AS TEXT) AS example FROM
		(SELECT news_issue_id, kind, COUNT(*) AS n FROM news_decisions GROUP BY news_issue_id, kind) d
		LEFT JOIN (SELECT subject_id, action, COUNT(*) AS n FROM audit_entries WHERE subject = 'news' GROUP BY subject_id, action) e
		ON e.subject_id = d.news_issue_id AND e.action = 'news_' || d.kind WHERE COALESCE(e.n, 0) < d.n`},
	{"a_news_decision_is_in_the_outbox", `SELECT CAST(d.id AS TEXT) AS example FROM news_decisions d
		LEFT JOIN outbox x ON x.workflow = 'NewsIssue' AND x.decision_id = d.id AND x.subject_id = d.news_issue_id
		WHERE d.kind IN ('scheduled', 'unscheduled', 'paused', 'resumed', 'cancelled') AND x.id IS NULL`},
	{"a_news_issue_has_a_decision_per_version", `SELECT i.number AS example FROM news_issues i
		LEFT JOIN (SELECT news_issue_id, COUNT(*) AS n FROM news_decisions GROUP BY news_issue_id) d ON d.news_issue_id = i.id WHERE COALESCE(d.n, 0) <> i.version`},
}

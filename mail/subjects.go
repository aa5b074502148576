package mail

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/todoke/todoke/models"
)

// Subjects holds a subject pattern per kind. Placeholders: {brand} and
// {company} from the Brand, {order} the order number, {partner} the partner
// code as " [AB12CD34]", or nothing without one, {inquiry} the inquiry number, {title} an issue's title.
type Subjects map[Kind]models.Text

// DefaultSubjects gives the patterns of the domain (mails), which hold where
// the profile gives none.
func DefaultSubjects() Subjects {
	all := portalSubjects()
	maps.Copy(all, orderSubjects())
	maps.Copy(all, newsSubjects())
	return all
}

// orderSubjects are those of orders, deliveries and inquiries.
func orderSubjects() Subjects {
	return Subjects{
		KindReceiptNumber: {
			JA: "【{company}】{brand} Business Center 受付番号のお知らせ",
			EN: "[{company}] {brand} Business Center: your receipt number",
		},
		KindOrderAccepted: {
			JA: "{brand} ご購入受付 {order}{partner}",
			EN: "{brand} order accepted {order}{partner}",
		},
		KindDeliveryID: {
			JA: "重要:納品 {brand} {order} ID{partner}",
			EN: "Important: delivery {brand} {order} ID{partner}",
		},
		KindDeliveryPassword: {
			JA: "重要:納品 {brand} {order} PW{partner}",
			EN: "Important: delivery {brand} {order} PW{partner}",
		},
		KindSendBack: {
			JA: "【{company}】ご注文差し戻しのお知らせ {order}{partner}",
			EN: "[{company}] Order sent back {order}{partner}",
		},
		KindSendBackApplicant: {
			JA: "【{company}】再申請のお願い {order}",
			EN: "[{company}] Please apply again {order}",
		},
		KindSendBackReminder: {
			JA: "【{company}】差し戻し中のご注文について（ご確認のお願い） {order}{partner}",
			EN: "[{company}] Reminder: order waiting for your answer {order}{partner}",
		},
		KindOrderCancelled: {
			JA: "【{company}】ご注文取り消しのお知らせ {order}{partner}",
			EN: "[{company}] Order cancelled {order}{partner}",
		},
		KindInquiryReceived: {
			JA: "【{company}】お問い合わせ受付のお知らせ [{inquiry}]",
			EN: "[{company}] Your inquiry was received [{inquiry}]",
		},
		KindInquiryAnswer: {
			JA: "【{company}】お問い合わせへのご回答 [{inquiry}]",
			EN: "[{company}] Answer to your inquiry [{inquiry}]",
		},
		KindResendReceived: {
			JA: "電子納品再送受付",
			EN: "Electronic delivery resend request received",
		},
		KindResendQuestion: {
			JA: "電子納品再送についてのご確認",
			EN: "A question about your resend request",
		},
		KindResendRefused: {
			JA: "電子納品再送についてのご回答",
			EN: "Your resend request was not granted",
		},
		KindResentID: {
			JA: "再送:重要:納品 {brand} {order} ID{partner}",
			EN: "Resent:Important: delivery {brand} {order} ID{partner}",
		},
		KindResentPassword: {
			JA: "再送:重要:納品 {brand} {order} PW{partner}",
			EN: "Resent:Important: delivery {brand} {order} PW{partner}",
		},
	}
}

// portalSubjects are those of the contract portal.
func portalSubjects() Subjects {
	return Subjects{
		KindTemporaryPassword: {
			JA: "【{company}】法人カスタマーサービス & サポート：仮パスワード発行",
			EN: "[{company}] Business Customer Service & Support: temporary password",
		},
		KindPasswordChanged: {
			JA: "【{company}】法人カスタマーサービス & サポート：パスワード変更完了のお知らせ",
			EN: "[{company}] Business Customer Service & Support: password changed",
		},
		KindNameChangeReceived: {
			JA: "【{company}】契約者名変更のお申し込みを受け付けました",
			EN: "[{company}] Your name change was received",
		},
		KindNameChangeQuestion: {
			JA: "【{company}】契約者名変更についてのご確認",
			EN: "[{company}] A question about your name change",
		},
		KindNameChangeWithdrawn: {
			JA: "【{company}】契約者名変更の取り下げを承りました",
			EN: "[{company}] Your name change was withdrawn",
		},
		KindReviewResult: {
			JA: "【{company}】契約者名変更の審査結果のお知らせ",
			EN: "[{company}] Result of the review of your name change",
		},
		KindRenewalNotice: {
			JA: "【{company}】ご契約更新のご案内",
			EN: "[{company}] Your contract is due for renewal",
		},
		KindActivationLink: {
			JA: "【{company}】アクティベーションコード発行URLのご連絡",
			EN: "[{company}] Link for issuing your activation code",
		},
		KindActivationIssued: {
			JA: "【{company}】アクティベーションコード発行完了のご連絡",
			EN: "[{company}] Your activation code was issued",
		},
		KindContactChangeDone: {
			JA: "契約内容変更完了",
			EN: "Contract details changed",
		},
		KindContactChangePartly: {
			JA: "契約内容変更受付＆一部変更処理完了",
			EN: "Contract change accepted and partly done",
		},
		KindContactAddressReplaced: {
			JA: "【{company}】ご契約の連絡先メールアドレス変更のお知らせ",
			EN: "[{company}] The contact address of your contract was changed",
		},
		KindContactAddressNew: {
			JA: "【{company}】ご契約の連絡先メールアドレス登録のお知らせ",
			EN: "[{company}] Your address is now the contact of a contract",
		},
	}
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// withDefaults fills in what the profile leaves out and refuses what no mail
// could be sent with, so that a slip shows at the start.
func (s Subjects) withDefaults() (Subjects, error) {
	all := DefaultSubjects()
	for kind, text := range s {
		fallback, known := all[kind]
		if !known {
			return nil, fmt.Errorf("subject of an unknown mail %q", kind)
		}
		if text.JA == "" {
			text.JA = fallback.JA
		}
		if text.EN == "" {
			text.EN = fallback.EN
		}
		all[kind] = text
	}
	for kind, text := range all {
		for _, pattern := range []string{text.JA, text.EN} {
			if err := checkPattern(pattern); err != nil {
				return nil, fmt.Errorf("subject of %s: %w", kind, err)
			}
		}
	}
	return all, nil
}

func checkPattern(pattern string) error {
	for _, name := range placeholder.FindAllString(pattern, -1) {
		switch name {
		case "{brand}", "{company}", "{order}", "{partner}", "{inquiry}", "{title}":
		default:
			return fmt.Errorf("unknown placeholder %s", name)
		}
	}
	if hasControl(pattern) {
		return fmt.Errorf("control characters in %q", pattern)
	}
	return nil
}

// fill puts the values in. One pass only: a value that looks like a placeholder
// stays as it is.
func fill(pattern string, brand Brand, lang models.Language, s subject, inquiry, title string) string {
	partner := ""
	if s.partner != "" {
		partner = " [" + s.partner + "]"
	}
	return strings.NewReplacer(
		"{brand}", brand.Name, "{company}", brand.Company.In(lang), "{order}", s.order, "{partner}", partner, "{inquiry}", inquiry,
		"{title}", title,
	).Replace(pattern)
}

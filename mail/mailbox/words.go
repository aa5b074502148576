package mailbox

import "github.com/todoke/todoke/models"

// words are the texts of the page. They live here and not with the product's
// other texts because the mailbox is a tool of its own.
var words = map[string]models.Text{
	"title":     {JA: "開発用メールボックス", EN: "Development mailbox"},
	"about":     {JA: "ここに届いたメールは、外部へは送信されません。", EN: "Mail that arrives here goes no further."},
	"language":  {JA: "English", EN: "日本語"},
	"search":    {JA: "件名、宛先、差出人で絞り込み", EN: "Filter by subject, recipient or sender"},
	"list":      {JA: "受信したメール", EN: "Received mail"},
	"count":     {JA: "通", EN: "in total"},
	"delete":    {JA: "すべて削除", EN: "Delete all"},
	"from":      {JA: "差出人", EN: "From"},
	"to":        {JA: "宛先", EN: "To"},
	"received":  {JA: "受信日時", EN: "Received"},
	"messageid": {JA: "Message-ID", EN: "Message-ID"},
	"view":      {JA: "表示の切り替え", EN: "View"},
	"html":      {JA: "HTML", EN: "HTML"},
	"text":      {JA: "テキスト", EN: "Text"},
	"raw":       {JA: "ソース", EN: "Source"},
	"body":      {JA: "メール本文", EN: "Message body"},
	"nosubject": {JA: "（件名なし）", EN: "(no subject)"},
	"notext":    {JA: "テキストの本文はありません。", EN: "This message has no text part."},
	"empty":     {JA: "メールはまだ届いていません。", EN: "No mail has arrived yet."},
	"emptyhint": {JA: "届くと、この一覧に自動で表示されます。", EN: "It appears in this list by itself."},
	"nomatch":   {JA: "条件に合うメールはありません。", EN: "No mail matches the filter."},
	"choose":    {JA: "左の一覧からメールを選んでください。", EN: "Choose a message from the list."},
	"gone":      {JA: "このメールは見つかりません。削除された可能性があります。", EN: "This message is not here. It may have been deleted."},
	"skip":      {JA: "本文へ移動", EN: "Skip to the message"},
}

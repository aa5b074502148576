package texts

import (
	"strings"

	"github.com/todoke/todoke/models"
)

// Both gives a text in both languages.
func Both(id string, pairs ...string) models.Text {
	return models.Text{JA: T(models.Japanese, id, pairs...), EN: T(models.English, id, pairs...)}
}

// ReasonTitle names a reason for a send-back.
func ReasonTitle(code models.ReasonCode) models.Text { return Both("reason." + string(code)) }

// ReasonTodo says what settles a reason; staff's own words come first where they wrote some.
func ReasonTodo(r models.Reason) models.Text {
	todo := Both("reason_todo." + string(r.Code))
	if r.Note == "" {
		return todo
	}
	return models.Text{JA: r.Note + "\n" + todo.JA, EN: r.Note + "\n" + todo.EN}
}

// ReasonValues gives the two values of a reason as people read them, the
// application's and the order's; empty where there is none to show.
func ReasonValues(r models.Reason) (application, order models.Text) {
	return reasonValue(r.Code, r.ApplicationValue), reasonValue(r.Code, r.OrderValue)
}

func reasonValue(code models.ReasonCode, value string) models.Text {
	switch {
	case value == "":
		return models.Text{}
	case code == models.ReasonTerm:
		return Both("reason_value.months", "months", value)
	case code == models.ReasonCredits && value == "true":
		return Both("reason_value.credits_yes")
	case code == models.ReasonCredits && value == "false":
		return Both("reason_value.credits_no")
	case code == models.ReasonOrderType:
		return Both("order_type." + value)
	case code == models.ReasonHolding:
		return holdingProblems(value)
	}
	return models.Text{JA: value, EN: value}
}

// holdingProblems words the list "CODE: problem, CODE: problem" of the checks.
func holdingProblems(value string) models.Text {
	var ja, en []string
	for _, item := range strings.Split(value, ", ") {
		product, problem, found := strings.Cut(item, ": ")
		if !found {
			return models.Text{JA: value, EN: value}
		}
		both := Both("holding_problem." + problem)
		ja, en = append(ja, product+"："+both.JA), append(en, product+": "+both.EN)
	}
	return models.Text{JA: strings.Join(ja, "、"), EN: strings.Join(en, ", ")}
}

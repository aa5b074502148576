package views

import (
	"strconv"

	"github.com/todoke/todoke/models"
)

func months(n int) string {
	if n == 0 {
		return "—"
	}
	return strconv.Itoa(n)
}

func postal(p models.Party) string {
	if p.PostalCode == "" {
		return ""
	}
	return "〒" + p.PostalCode
}

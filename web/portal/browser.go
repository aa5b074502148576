package portal

import "strings"

// Browsers and systems by what they say of themselves; the first that fits counts,
// because all of them claim to be others too.
var (
	browserMarks = [][2]string{
		{"Edg/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"Vivaldi/", "Vivaldi"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
	systemMarks = [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}
)

// browserOf names a browser and its system, as "Chrome/Windows". No more is kept:
// versions tell people nothing.
func browserOf(userAgent string) string {
	return marked(userAgent, browserMarks) + "/" + marked(userAgent, systemMarks)
}

func marked(userAgent string, marks [][2]string) string {
	for _, m := range marks {
		if strings.Contains(userAgent, m[0]) {
			return m[1]
		}
	}
	return ""
}

// browserName words what browserOf kept.
func (v *visit) browserName(kept string) string {
	browser, system, _ := strings.Cut(kept, "/")
	switch {
	case browser == "" && system == "":
		return v.t("portal.account.browser_unknown")
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return v.t("portal.account.browser_on", "browser", browser, "system", system)
}

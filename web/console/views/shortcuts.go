package views

// shortcut is a line of the help: keys that do the same, and the ID of the text about them.
type shortcut struct {
	keys []string
	text string
}

var shortcuts = []shortcut{
	{[]string{"/", "Ctrl+K"}, "console.help.search"},
	{[]string{"j"}, "console.help.down"},
	{[]string{"k"}, "console.help.up"},
	{[]string{"o", "Enter"}, "console.help.open"},
	{[]string{"x"}, "console.help.select"},
	{[]string{"Esc"}, "console.help.escape"},
	{[]string{"?"}, "console.help.help"},
}

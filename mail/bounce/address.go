package bounce

import "strings"

// prefix begins the local part of the addresses that bounces come to.
const prefix = "bounce+"

// Address is the envelope sender of a mail: its tag names the mail and is signed.
func Address(tag, domain string) string { return prefix + tag + "@" + domain }

// Tag gives the tag of a local part, if it is of such an address. Servers fold case.
func Tag(localPart string) (string, bool) {
	return strings.CutPrefix(strings.ToLower(localPart), prefix)
}

// TagOf gives the tag of a whole address.
func TagOf(address string) string {
	local, _, _ := strings.Cut(address, "@")
	tag, _ := Tag(local)
	return tag
}

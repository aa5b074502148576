package downloads

import (
	"fmt"
	"strings"
)

// Attachment names a file twice, as RFC 6266 has it: in ASCII for what is old,
// and as people write it.
func Attachment(plain, readable string) string {
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + extended(readable)
}

// extended writes a value as RFC 8187 has it: all but its attr-chars in hexadecimal.
func extended(value string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&+-.^_`|~"
	var out strings.Builder
	for i := range len(value) {
		if strings.IndexByte(plain, value[i]) >= 0 {
			out.WriteByte(value[i])
			continue
		}
		fmt.Fprintf(&out, "%%%02X", value[i])
	}
	return out.String()
}

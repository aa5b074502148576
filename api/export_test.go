package api

// Documented says whether callers can look the problem's code up.
func Documented(code string) bool {
	_, ok := problemNamed(code)
	return ok
}

package store

// KeyColumns lists the columns that name a server key and that rotating knows how to treat.
func KeyColumns() []string {
	var list []string
	for _, c := range keyColumns {
		name := c.table + "." + c.column
		if _, known := rotations[name]; known {
			list = append(list, name)
		}
	}
	return list
}

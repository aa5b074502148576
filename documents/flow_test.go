package documents

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever stands in the body: every strip is printed once and in order, no page
// is fuller than it can be, none is empty, and groups that fit stay together.
func TestFlowProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head := space(8)
		l := &layout{
			tableHead: head, closing: space(rapid.SampledFrom([]float64{1, 40, 60}).Draw(t, "closing")),
			top:  func(page int) *strip { return space(30 + float64(min(page, 2))*5) },
			foot: func(int, int) *strip { return space(22) },
		}
		where := map[*strip]int{} // strip to group
		var order []*strip
		for g := range rapid.IntRange(1, 40).Draw(t, "groups") {
			made := group{inTable: rapid.Bool().Draw(t, "table")}
			height := rapid.SampledFrom([]float64{2.5, 4.2, 5.4, 11}).Draw(t, "height")
			for range rapid.SampledFrom([]int{1, 2, 4, 9, 30, 45, 46, 47, 60}).Draw(t, "strips") {
				s := space(height)
				made.strips, order, where[s] = append(made.strips, s), append(order, s), g
			}
			l.body = append(l.body, made)
		}
		pages := l.cut()
		begun := map[int]int{} // group to the page it begins on
		next := 0
		for i, page := range pages {
			room, content := l.room(i+1), 0
			for _, s := range page {
				if room -= s.height; s == head {
					continue
				}
				if content++; next >= len(order) || s != order[next] {
					t.Fatalf("page %d: a strip is lost, twice or out of order", i+1)
				}
				next++
				g := where[s]
				if at, ok := begun[g]; !ok {
					begun[g] = i
				} else if at != i && l.body[g].height() <= l.room(2)-head.height-l.closing.height {
					t.Fatalf("group %d fits a page and was cut", g)
				}
			}
			if i == len(pages)-1 {
				room -= l.closing.height
			}
			// The closing stands alone only behind a group that fills pages by itself.
			long := l.body[len(l.body)-1].height() > l.room(2)-head.height-l.closing.height
			if room < -1e-9 || (content == 0 && (i < len(pages)-1 || !long)) {
				t.Fatalf("page %d has %d strips and %.2f mm left", i+1, content, room)
			}
		}
		if next != len(order) {
			t.Fatalf("%d of %d strips are printed", next, len(order))
		}
	})
}

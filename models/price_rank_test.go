package models_test

import (
	"testing"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

func TestRank(t *testing.T) {
	bands := []models.PriceBand{
		{Rank: "A", From: 5, UnitPrice: 6000}, {Rank: "B", From: 25, UnitPrice: 5400}, {Rank: "C", From: 250, UnitPrice: 4800},
	}
	for quantity, want := range map[int]string{
		-1: "", 0: "", 4: "", 5: "A", 24: "A", 25: "B", 249: "B", 250: "C", 999999: "C",
	} {
		band, ok := models.RankFor(bands, quantity)
		if band.Rank != want || ok != (want != "") {
			t.Errorf("%d: rank %q (%v), want %q", quantity, band.Rank, ok, want)
		}
	}
	if _, ok := models.RankFor(nil, 10); ok {
		t.Error("a product without a price list has a rank")
	}
}

func TestRankProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var bands []models.PriceBand
		from := 0
		for range rapid.IntRange(0, 8).Draw(t, "bands") {
			from += rapid.IntRange(1, 500).Draw(t, "step")
			bands = append(bands, models.PriceBand{From: from})
		}
		quantity := rapid.IntRange(-10, 4500).Draw(t, "quantity")
		band, ok := models.RankFor(bands, quantity)
		// The plain way: look at every band.
		var want models.PriceBand
		found := false
		for _, b := range bands {
			if b.From <= quantity {
				want, found = b, true
			}
		}
		if band != want || ok != found {
			t.Fatalf("%d in %v: %v %v, want %v %v", quantity, bands, band, ok, want, found)
		}
	})
}

package console

import (
	"net/http"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
)

// showProducts shows the catalogue; it is changed in the profile, not here.
func showProducts(v *visit) error {
	frame, err := v.frame("products", v.t("console.products.title"))
	if err != nil {
		return err
	}
	typed := strings.TrimSpace(v.Query("q"))
	page := views.Products{Frame: frame, Query: typed}
	list, _ := v.Rules.RenewalPrice.Prices.On(v.Store.Today())
	for _, f := range v.Rules.Catalogue.Families() {
		family := views.Family{Name: f.Names.In(v.language)}
		for _, p := range v.Rules.Catalogue.ProductsOf(f.Code) {
			if productFits(p, typed) {
				family.Products = append(family.Products, views.PricedProduct{Product: p, Bands: list.Prices[p.Code].Bands})
			}
		}
		if len(family.Products) > 0 {
			page.Families = append(page.Families, family)
			page.Count += len(family.Products)
		}
	}
	return v.show(http.StatusOK, views.ProductsPage(page))
}

func productFits(p models.Product, typed string) bool {
	key := models.NameKey(typed)
	if strings.TrimSpace(typed) == "" {
		return true
	}
	for _, s := range []string{p.Code, p.Names.JA, p.Names.EN} {
		if strings.Contains(models.NameKey(s), key) && key != "" {
			return true
		}
	}
	return false
}

package console

import "strconv"

// numbers are what people know rows by: the rows of a page, in a query for orders
// and one for applications.
type numbers struct {
	orders, receipts, resends, inquiries, contracts, changes, activations, news map[int64]string
}

func (v *visit) numbers(orders, applications, resends []int64) (numbers, error) {
	var n numbers
	var err error
	if n.orders, err = v.Store.OrderNumbers(v.ctx(), orders); err != nil {
		return n, err
	}
	if n.receipts, err = v.Store.ReceiptNumbers(v.ctx(), applications); err != nil {
		return n, err
	}
	n.resends, err = v.Store.ResendNumbers(v.ctx(), resends)
	return n, err
}

// inquiry gives an inquiry's number, and its page.
func (n numbers) inquiry(id int64) (number, url string) {
	return n.inquiries[id], "/console/inquiries/" + n.inquiries[id]
}

// change gives a name change's number, and its page.
func (n numbers) change(id int64) (number, url string) {
	return n.changes[id], "/console/name-changes/" + n.changes[id]
}

// issue gives the number of an issue of Support Information, and its page.
func (n numbers) issue(id int64) (number, url string) {
	return n.news[id], "/console/news/" + n.news[id]
}

// activation gives the number of a request for a code, and its page.
func (n numbers) activation(id int64) (number, url string) {
	return n.activations[id], "/console/activation/" + n.activations[id]
}

// resend gives a resend's number, and its page.
func (n numbers) resend(id int64) (number, url string) {
	return n.resends[id], "/console/resends/" + n.resends[id]
}

// order gives an order's number, and its page.
func (n numbers) order(id int64) (number, url string) {
	return n.orders[id], "/console/orders/" + n.orders[id]
}

// application gives an application's receipt number, and its page.
func (n numbers) application(id int64) (number, url string) {
	return n.receipts[id], "/console/applications/" + strconv.FormatInt(id, 10)
}

// contract gives a contract's license ID, and its page.
func (n numbers) contract(id int64) (number, url string) {
	return n.contracts[id], "/console/contracts/" + n.contracts[id]
}

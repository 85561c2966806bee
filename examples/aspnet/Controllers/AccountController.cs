using System;
using System.Web;
using System.Web.Mvc;
using System.Web.Security;

namespace Shop.Controllers
{
    public class AccountController : Controller
    {
        [HttpPost]
        [ValidateAntiForgeryToken]
        public ActionResult Login(string user, string password, string returnUrl)
        {
            if (!Membership.ValidateUser(user, password))
            {
                return View();
            }

            FormsAuthentication.SetAuthCookie(user, createPersistentCookie: false);
            Session["user"] = user;

            var lastVisit = new HttpCookie("lastVisit", DateTime.UtcNow.ToString("o"))
            {
                HttpOnly = true,
                Expires = DateTime.UtcNow.AddYears(1)
            };
            Response.Cookies.Add(lastVisit);

            return Url.IsLocalUrl(returnUrl) ? (ActionResult)Redirect(returnUrl) : RedirectToAction("Index", "Home");
        }
    }
}

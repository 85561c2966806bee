using System.Web;
using System.Web.Mvc;

public class HomeController : Controller
{
    public ActionResult Index()
    {
        HttpCookie myCookie = new HttpCookie("myCookie");
        myCookie.Secure = true;
        Response.AppendCookie(myCookie);
        return View();
    }
}

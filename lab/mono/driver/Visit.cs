using System;
using System.Collections;
using System.Linq;
using System.Reflection;
using System.Web;
using System.Web.Security;
using System.Web.SessionState;
using System.Web.UI;

namespace Lab
{
    /// <summary>Does what a visitor does: signs in, or calls a method of the case and sends the cookies that it hands back.</summary>
    public class Visit : IHttpHandler
    {
        /// <summary>Says what the case threw.</summary>
        public const string ErrorHeader = "Lab-Error";

        public bool IsReusable
        {
            get { return false; }
        }

        public void ProcessRequest(HttpContext context)
        {
            try
            {
                string done = context.Request.QueryString["do"];
                if (done == "session" && context.Session != null) context.Session["lab"] = 1;
                if (done == "signin") FormsAuthentication.SetAuthCookie("lab", false);
                if (done == "call") Call(context);
                context.Response.Write("ok");
            }
            catch (Exception error)
            {
                context.Response.Cookies.Clear();
                context.Response.AddHeader(ErrorHeader, Driver.Say(error is TargetInvocationException ? error.InnerException : error));
                context.Response.StatusCode = 500;
            }
        }

        private static void Call(HttpContext context)
        {
            Type type = Assembly.LoadFrom(context.Request.QueryString["library"]).GetType(context.Request.QueryString["type"]);
            MethodInfo method = Calls.Method(type, context.Request.QueryString["method"]);
            object self = method.IsStatic ? null : Create(type, context);
            Page page = self as Page;
            if (page == null)
            {
                Send(method.Invoke(self, Values(method, context)), context.Response);
                return;
            }
            page.AppRelativeVirtualPath = "~/lab.aspx";
            if (method.Name != "Page_Load") page.Load += (sender, e) => method.Invoke(page, Values(method, context));
            ((IHttpHandler)page).ProcessRequest(context);
        }

        private static object Create(Type type, HttpContext context)
        {
            ConstructorInfo constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)[0];
            return constructor.Invoke(Values(constructor, context));
        }

        private static object[] Values(MethodBase called, HttpContext context)
        {
            return called.GetParameters().Select(parameter => Value(parameter.ParameterType, context)).ToArray();
        }

        private static object Value(Type type, HttpContext context)
        {
            if (type == typeof(HttpContext)) return context;
            if (type == typeof(HttpContextBase)) return new HttpContextWrapper(context);
            if (type == typeof(HttpRequest)) return context.Request;
            if (type == typeof(HttpResponse)) return context.Response;
            if (type == typeof(HttpResponseBase)) return new HttpResponseWrapper(context.Response);
            if (type == typeof(bool)) return context.Request.QueryString["yes"] == "true";
            if (type == typeof(string)) return "lab";
            // Secure, so that what the method takes away is seen.
            if (type == typeof(HttpCookie)) return new HttpCookie("lab", "1") { Secure = true };
            if (type == typeof(FormsAuthenticationTicket)) return new FormsAuthenticationTicket("lab", false, 30);
            return type.IsValueType ? Activator.CreateInstance(type) : null;
        }

        private static void Send(object result, HttpResponse response)
        {
            HttpCookie cookie = result as HttpCookie;
            if (cookie != null) response.Cookies.Add(cookie);
            else if (result is IEnumerable && !(result is string)) foreach (object each in (IEnumerable)result) Send(each, response);
        }
    }

    /// <summary>The same for a request that begins a session.</summary>
    public sealed class SessionVisit : Visit, IRequiresSessionState
    {
    }
}

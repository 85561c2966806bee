using System;
using System.Linq;
using System.Reflection;
using System.Security.Claims;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lab;

/// <summary>Does what a visitor does: fills the session, asks for a token, signs in, or calls a member of the case and sends the cookies that it hands back.</summary>
public static class Visit
{
    public static async Task Answer(HttpContext context, Case made)
    {
        var services = context.RequestServices;
        switch (context.Request.Query["do"].ToString())
        {
            case "session":
                context.Session.SetString("lab", "1");
                break;
            case "antiforgery":
                services.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
                break;
            case "temp data":
                var data = services.GetRequiredService<ITempDataDictionaryFactory>().GetTempData(context);
                data["lab"] = "1";
                data.Save();
                break;
            case "sign in":
                var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "lab")], "lab"));
                await context.SignInAsync(context.Request.Query["scheme"], user);
                break;
            case "challenge":
                await context.ChallengeAsync(context.Request.Query["scheme"]);
                break;
            case "call":
                await Call(context, made);
                break;
        }
        await context.Response.WriteAsync("ok");
    }

    private static async Task Call(HttpContext context, Case made)
    {
        Type type = made.Library.GetType(context.Request.Query["type"]);
        MemberInfo member = Unit.Member(type, context.Request.Query["member"]);
        bool isStatic = member is FieldInfo { IsStatic: true } or MethodInfo { IsStatic: true } || member is PropertyInfo property && property.GetMethod.IsStatic;
        object self = isStatic ? null : Create(type, context);
        object result = member switch
        {
            FieldInfo field => field.GetValue(self),
            PropertyInfo each => each.GetValue(self),
            MethodInfo method => Invoked(method, self, context),
            _ => null,
        };
        if (result is Task task) await task;
        if (result is CookieBuilder builder) result = builder.Build(context);
        if (result is CookieOptions options) context.Response.Cookies.Append("lab", "1", options);
    }

    /// <summary>What a method gives; or, where it only changes options, those.</summary>
    private static object Invoked(MethodInfo method, object self, HttpContext context)
    {
        object[] values = Values(method, context);
        object result = method.Invoke(self, BindingFlags.DoNotWrapExceptions, null, values, null);
        bool responds = values.Any(value => value is HttpContext or HttpResponse or IResponseCookies);
        return method.ReturnType == typeof(void) && !responds ? values.OfType<CookieOptions>().FirstOrDefault() : result;
    }

    private static object Create(Type type, HttpContext context)
    {
        object self = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)[0] is { } constructor
            ? constructor.Invoke(Values(constructor, context))
            : null;
        var route = new RouteData();
        if (self is ControllerBase controller) controller.ControllerContext = new(new ActionContext(context, route, new ControllerActionDescriptor()));
        if (self is PageModel page) page.PageContext = new(new ActionContext(context, route, new CompiledPageActionDescriptor()));
        return self;
    }

    private static object[] Values(MethodBase called, HttpContext context) =>
        called.GetParameters().Select(parameter => Value(parameter.ParameterType, context)).ToArray();

    private static object Value(Type type, HttpContext context)
    {
        if (type == typeof(HttpContext)) return context;
        if (type == typeof(HttpRequest)) return context.Request;
        if (type == typeof(HttpResponse)) return context.Response;
        if (type == typeof(IResponseCookies)) return context.Response.Cookies;
        if (type == typeof(bool)) return context.Request.Query["yes"] == "true";
        if (type == typeof(string)) return "lab";
        // Secure, so that what the method takes away is seen.
        if (type == typeof(CookieOptions)) return new CookieOptions { Secure = true };
        return context.RequestServices.GetService(type)
            ?? (type.IsValueType || type.GetConstructor([]) != null ? Activator.CreateInstance(type) : null);
    }
}
